#!/bin/sh
# Verifies one signature of a record with openssl and coreutils alone:   openssl.sh NOTE VKEY
# The text of a record is its first two lines; a vkey ends in base64 of 0x01 and the 32 bytes of the Ed25519 key; a
# signature line ends in base64 of the key id (4 bytes) and the signature (64). 302a...0321 00 is how X.509 begins an
# Ed25519 key. Needs OpenSSL 3.
set -eu
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
name=${2%%+*}
encoded=${2#*+} encoded=${encoded#*+}

head -n 2 "$1" >"$part/text"
grep -F -- "— $name " "$1" | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c 64 >"$part/signature"
{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; printf %s "$encoded" | base64 -d | tail -c 32; } >"$part/key"

openssl pkeyutl -verify -pubin -keyform DER -inkey "$part/key" -rawin -in "$part/text" -sigfile "$part/signature"
