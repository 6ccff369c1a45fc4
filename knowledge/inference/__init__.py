from knowledge.inference.odds import FACTORS, MARKS, PRIORS
