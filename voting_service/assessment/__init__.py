"""Assessment (综合评定): criteria and weights, the judges' score sheets, composite scores, composition, the final list."""
