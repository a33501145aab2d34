"""Telegram, over python-telegram-bot: private chats only."""
