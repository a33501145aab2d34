"""Who should lead a free complaint: a proposal with its reasons, and what reviewers made of it."""
