"""Rasa custom actions and form validation, over bot.tickets and bot.knowledge."""
