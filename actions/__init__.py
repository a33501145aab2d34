"""What the assistant does: Rasa's custom actions over the bot's knowledge, drafts and tickets."""
