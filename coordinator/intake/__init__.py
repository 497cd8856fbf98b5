"""How a record comes in: the gRPC door, the pure decision, the one writer, what is kept of refusals."""
