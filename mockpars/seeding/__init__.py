"""Builds `seed/` ahead of time; the only importer of Faker, so serving never pays for it."""
