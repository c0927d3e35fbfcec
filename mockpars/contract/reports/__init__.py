"""One document, five forms: terminal, JUnit XML, JSON, one HTML page, Markdown."""
