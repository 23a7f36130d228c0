"""Random numbers that are the same each time."""
import random

random.seed(42)
print(random.randint(1, 100), random.random(), random.choice("abcdef"), random.sample(range(50), 5))
cards = list(range(10))
random.shuffle(cards)
generator = random.Random("a seed")
print(cards, generator.gauss(0, 1), generator.choices("xyz", weights=[1, 2, 3], k=5), generator.randbytes(4))
state = generator.getstate()
first = generator.uniform(1, 2)
generator.setstate(state)
print(first == generator.uniform(1, 2), round(generator.betavariate(2, 3), 9), len(random.SystemRandom().randbytes(3)))
