"""Thin Rasa components over ``nlu``: this folder and ``nlu.server`` alone import rasa."""
