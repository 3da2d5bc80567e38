"""The same nouns as the project, one folder each; whole journeys in stories/, faults in faults/, budgets in bench/."""
