"""Faults that a test asks for by a file: a line `NAME COUNT [NUMBER]` each; the count says how often it is still to happen."""
import os


class Faults:
    def __init__(self, path, log):
        self.path, self.log = path, log

    def take(self, *names, number=65536):
        """The first of these faults that is due, as (name, number), used up by one; (None, 0) when none is."""
        try:
            with open(self.path, encoding="ascii") as f:
                lines = [line.split() for line in f if line.strip()]
        except FileNotFoundError:
            return None, 0
        for line in lines:
            if line[0] in names and int(line[1]) > 0:
                line[1] = str(int(line[1]) - 1)
                with open(self.path + ".new", "w", encoding="ascii") as f:
                    f.write("".join(" ".join(parts) + "\n" for parts in lines))
                os.rename(self.path + ".new", self.path)
                self.log("fault", name=line[0])
                return line[0], int(line[2]) if len(line) > 2 else number
        return None, 0
