"""The administration: organisations, targets, catalogue, grid, calendar, terms, templates, import."""
