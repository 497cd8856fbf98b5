"""Generated gRPC stubs, by version: they carry bytes that are already signed, and mean nothing themselves."""
