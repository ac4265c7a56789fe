"""One module a task: its data, network, schedule, and what its weights reached on validation patients."""
