"""Backup, restore, catching up with the public record, rebuilding from it."""
