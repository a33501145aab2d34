"""Where residents come in: the page, the REST webhook, Telegram. `add_channels` mounts them all."""
