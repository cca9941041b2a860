"""Sequoia's sq, as Debian 12 (0.27) and Debian 13 (1.3) call its options: a second OpenPGP program beside gpg."""

import functools
import os
import subprocess


@functools.cache
def _is_old():
    """`--recipient-key` became `--recipient-file` in 0.29, and the rest of the command line was made anew until 1.0."""
    said = subprocess.run(["sq", "decrypt", "--help"], capture_output=True, text=True)
    return "--recipient-key" in said.stdout + said.stderr


def decrypting(secret):
    """The words that open what comes on standard input, or in a file that is named behind them."""
    return ["sq", "decrypt", "--recipient-key", os.fspath(secret)] if _is_old() else \
           ["sq", "--home=none", "decrypt", "--recipient-file", os.fspath(secret)]


def encrypting(certificates):
    """The words that encrypt standard input to these files, without armor and signature."""
    if _is_old():
        return ["sq", "encrypt", "--binary", *(word for one in certificates for word in ("--recipient-cert", os.fspath(one)))]
    return ["sq", "--home=none", "encrypt", "--binary", "--without-signature", *(word for one in certificates for word in ("--for-file", os.fspath(one)))]
