"""The commands: each a function that takes its options, calls the library and prints what comes back."""
