"""The fast path: the decision values of the model by numpy alone, many sentences at a time."""
