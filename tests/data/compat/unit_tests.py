"""Tests that a program runs on itself, with doctest, unittest and a mock."""
import doctest
import io
import unittest
from unittest import mock


def double(n: int) -> int:
    """
    >>> double(4)
    8
    """
    return n * 2


class Test(unittest.TestCase):
    def test_double(self):
        with self.subTest("small"):
            self.assertEqual(double(2), 4)
        with self.assertRaisesRegex(TypeError, "unsupported"):
            double(object())

    def test_mock(self):
        caller = mock.Mock(return_value=3)
        self.assertEqual(caller(1, a=2), 3)
        caller.assert_called_once_with(1, a=2)


result = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Test))
print(result.testsRun, result.failures, result.errors, doctest.testmod())
