"""What the action find_similar adds: files whose tags are near those of one image or several.

With rules (`analytics.similar.tags`) the step `near` decides file by file. Without them `propose` writes down what each
file shares with the images, and when all files are there `weigh` makes rules of how rare that is.
"""
