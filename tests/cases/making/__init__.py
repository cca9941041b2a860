"""Makes the generated files of tests/cases: ciphertexts by real programs, mails around them, one file a case."""
