"""Trusts nobody: checks a published record from its public bytes alone, written from spec/."""

SPEC_VERSION = 1
