"""The use cases: register an activity, match a learner, submit completions, read statuses, let a night pass."""
