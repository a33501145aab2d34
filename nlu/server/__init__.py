"""What plugs into the Rasa server: input channel, tracker store, fixes."""
