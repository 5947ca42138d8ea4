"""Numbers -> somebody is told, once: rules decide and leave rows, delivery takes the rows that were not sent."""
