"""Describe a sample."""
import statistics

sample = [2.5, 3.1, 4.7, 4.7, 5.0, 9.9, 11.2]
print(statistics.mean(sample), statistics.median(sample), statistics.mode(sample))
print(round(statistics.stdev(sample), 9), statistics.quantiles(sample, n=4), statistics.geometric_mean([1, 10, 100]))
line = statistics.linear_regression([1, 2, 3, 4], [2.1, 3.9, 6.2, 7.8])
print(round(line.slope, 9), round(line.intercept, 9), round(statistics.NormalDist(0, 1).cdf(1.96), 6))
print(statistics.fmean([1, 2, 4], weights=[1, 1, 2]), round(statistics.correlation([1, 2, 3], [3, 2, 2]), 6))
