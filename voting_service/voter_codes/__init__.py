"""Printed codes and the members' roll: how people vote who have no smartphone, or whose membership must be proven."""
