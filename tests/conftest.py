"""What all tests share: their flags."""


def pytest_addoption(parser):
    parser.addoption("--renew-golden", action="store_true", help="write the messages of the journeys anew")
