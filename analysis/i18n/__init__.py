"""What is said in every language: the catalogue of the analysis, and what all catalogues share."""
