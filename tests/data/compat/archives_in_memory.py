"""A zip and a tar, written and read in memory."""
import io
import tarfile
import zipfile

buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr(zipfile.ZipInfo("a/b.txt", (2020, 1, 2, 3, 4, 6)), "hello" * 10)
    archive.writestr("c.txt", "x")
with zipfile.ZipFile(buffer) as archive:
    print(archive.namelist(), archive.read("a/b.txt"), archive.testzip(), archive.getinfo("a/b.txt").date_time)
buffer = io.BytesIO()
with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
    info = tarfile.TarInfo("d/e.bin")
    info.size = 4
    archive.addfile(info, io.BytesIO(b"\0\1\2\3"))
buffer.seek(0)
with tarfile.open(fileobj=buffer) as archive:
    print([(member.name, member.size) for member in archive], archive.extractfile("d/e.bin").read())
