-- The SQL of rollouts, labels and the audit log.

