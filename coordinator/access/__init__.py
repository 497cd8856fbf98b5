"""Who may deliver: enrolment codes, certificates and their life, revocation, limits of a peer (docs/access.md)."""
