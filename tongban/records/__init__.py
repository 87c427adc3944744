"""Evidence for every room above: hash-chained events, seals, numbers, stored files, secrets at rest."""
