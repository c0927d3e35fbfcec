"""The pages of the studio: a module for each item of its menu, with its pages in `PAGES`."""
