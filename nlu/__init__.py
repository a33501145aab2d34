"""Understanding Chinese: plain Python that the application and the Rasa server both import."""
