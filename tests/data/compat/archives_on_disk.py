# needs a disk
"""Pack a folder and unpack it elsewhere."""
import os
import shutil
import tarfile
import zipfile

os.makedirs("pack/in")
for n in range(3):
    with open(f"pack/in/{n}.txt", "w") as file:
        file.write(str(n) * 5)
print(os.path.basename(shutil.make_archive("packed", "zip", "pack")), os.path.basename(shutil.make_archive("packed", "gztar", "pack")))
with zipfile.ZipFile("packed.zip") as archive:
    archive.extractall("zipped")
with tarfile.open("packed.tar.gz") as archive:
    archive.extractall("tarred")
print(sorted(os.listdir("zipped/in")), open("tarred/in/2.txt").read())
