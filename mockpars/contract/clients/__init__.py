"""Judging a client: by the journal of a sandbox it used (passive), or by exams it sits (active)."""
