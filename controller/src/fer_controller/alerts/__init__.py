"""Alerts: what rules find in the fleet is raised once, told to whoever is to know, and over when it is gone."""
