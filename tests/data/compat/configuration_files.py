"""INI and TOML, read and written."""
import configparser
import io
import tomllib

parser = configparser.ConfigParser()
parser.read_string("[DEFAULT]\nport = 80\n[web]\nhost = example.org\nurl = http://%(host)s:%(port)s\ndebug = yes\n")
print(parser["web"]["url"], parser["web"].getboolean("debug"), parser.getint("web", "port"), parser.sections())
parser["new"] = {"k": "v"}
out = io.StringIO()
parser.write(out)
print(out.getvalue())
settings = tomllib.loads('title = "x"\nwhen = 2024-05-06T07:08:09Z\n[[server]]\nport = 1\n[[server]]\nport = 0x2\n')
print(settings["title"], settings["when"].isoformat(), [each["port"] for each in settings["server"]])
try:
    tomllib.loads("a = ")
except tomllib.TOMLDecodeError as error:
    print(error)
