"""Keep things sorted, and take the smallest."""
import bisect
import heapq

grades = [bisect.bisect([60, 70, 80, 90], score) for score in (33, 99, 77, 70)]
print(["FDCBA"[grade] for grade in grades])
numbers = [1, 4, 9]
bisect.insort(numbers, 5)
heap = [5, 3, 8, 1]
heapq.heapify(heap)
print(numbers, heapq.heappop(heap), heapq.heappushpop(heap, 4), heapq.nlargest(2, heap), list(heapq.merge([1, 4], [2, 3])))
print(bisect.bisect_left([{"n": 1}, {"n": 3}], 2, key=lambda each: each["n"]))
