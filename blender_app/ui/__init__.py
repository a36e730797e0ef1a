"""The window: widgets that show values, presenters between them and the controller, and their look."""
