"""The cases themselves, one module a topic. Each has cases(world), which yields them."""
