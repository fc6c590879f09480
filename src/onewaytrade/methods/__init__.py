"""One module for each way of computing a claim: choices in, an `Estimate` out."""
