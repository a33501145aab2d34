"""The application: channels, tickets, knowledge, desk, APIs and the workers behind them."""
