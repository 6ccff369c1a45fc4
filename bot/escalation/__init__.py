"""When people are called, and what they do with a case: the policy, and the desk. Pure; imports no room above `messages`."""
