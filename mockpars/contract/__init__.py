"""The contract suite: cases that judge this mock, the real sandbox, and any client. It never sees what it judges."""
