"""The machine under the jobs: the queue, its workers and schedulers, the one runner, the history of runs."""
