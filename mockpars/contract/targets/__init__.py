"""What can be judged: the built-in mock, any URL, the real sandbox, a recording."""
