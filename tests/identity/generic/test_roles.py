import pandas as pd
import pytest

from cdp.engines import open_engine
from cdp.identity.generic.read import read_frame, sample_contents
from cdp.identity.generic.roles import guess_roles


def roles_of(frame, tmp_path, chosen=None):
    engine = open_engine("duckdb", temp_dir=tmp_path, memory_limit=None, threads=1)
    contents = sample_contents(engine, read_frame(engine, "people", frame, 0))
    guesses = guess_roles(contents, chosen or {"key": "id"})
    engine.close()
    return {guess.column: guess.role for guess in guesses}


NAMED = pd.DataFrame(
    {
        "key": ["1", "2", "3", "4"],
        "FirstName": ["Ann", "Bob", "Cem", "Dora"],
        "SURNAME": ["Ash", "Birch", "Cedar", "Doe"],
        "date_of_birth": [19760607, 19080409, 19750824, 19261108],
        "e-mail": ["ann@example.com", "b@example.org", None, "d@example.net"],
        "Mobile Phone": ["07700 900123", "07700 900124", "07700 900125", None],
        "zip_code": ["12345", "12346", "12347", "12348"],
        "soc_sec_id": ["9948416", "8467968", "8180536", "5606231"],
        "cluster": [1, 1, 2, 3],
        "updated_at": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"],
    }
)


def test_names_of_columns(tmp_path):
    assert roles_of(NAMED, tmp_path) == {
        "key": "id",
        "FirstName": "given_name",
        "SURNAME": "family_name",
        "date_of_birth": "birth_date",
        "e-mail": "email",
        "Mobile Phone": "phone",
        "zip_code": "postcode",
        "soc_sec_id": "person_number",
        "cluster": "label",
        "updated_at": "ignore",
    }


def test_content_where_the_names_say_nothing(tmp_path):
    given = ["james", "robert", "william", "katherine", "elizabeth", "michael", "susan", "daniel"] * 5
    frame = pd.DataFrame(
        {
            "key": range(40),
            "c1": given,
            "c2": [f"{name[:3]}ton{'abcdefgh'[n % 8]}" for n, name in enumerate(given)],
            "c3": [f"19{20 + n % 60}-0{n % 9 + 1}-1{n % 10}" for n in range(40)],
            "c4": [f"p{n}@example.com" for n in range(40)],
            "c5": [f"ab{n % 9} {n % 8}xy" for n in range(40)],
            "c6": ["f", "m"] * 20,
            "c7": [f"+1 202 555 01{n:02d}" for n in range(40)],
            "c8": [f"{n} oak street" for n in range(40)],
        }
    )
    assert roles_of(frame, tmp_path) == {
        "key": "id",
        "c1": "given_name",
        "c2": "family_name",
        "c3": "birth_date",
        "c4": "email",
        "c5": "postcode",
        "c6": "gender",
        "c7": "phone",
        "c8": "street",
    }


@pytest.mark.parametrize(
    ("column", "values"),
    [("email", ["yes", "no", "yes", "no"]), ("dob", ["x", "y", "z", "x"]), ("phone", ["home", "work", "none", "x"])],
)
def test_a_name_that_its_values_belie(column, values, tmp_path):
    frame = pd.DataFrame({"key": ["1", "2", "3", "4"], column: values})
    assert roles_of(frame, tmp_path)[column] not in ("email", "birth_date", "phone")


def test_the_caller_overrules(tmp_path):
    assert roles_of(NAMED, tmp_path, {"key": "id", "SURNAME": "ignore"})["SURNAME"] == "ignore"


@pytest.mark.parametrize(
    ("column", "values", "role"),
    [
        ("Nombre", ["Ana", "Luis", "Eva", "Raul"], "given_name"),
        ("Apellidos", ["Gil Rey", "Mora", "Sanz", "Vega"], "family_name"),
        ("Geburtsdatum", ["01.02.1980", "03.04.1991", "17.11.1975", "30.06.1950"], "birth_date"),
        ("Téléphone", ["0612 345 678", "0612 345 679", "0612 345 670", "0612 345 671"], "phone"),
        ("PLZ", ["10115", "20095", "80331", "50667"], "postcode"),
        ("Straße", ["Hauptstraße 1", "Am Weg 2", "Ring 3", "Allee 4"], "street"),
        ("guest_name", ["Ann Ash", "Bob Birch", "Cem Cedar", "Dora Doe"], "full_name"),
        ("employer_city", ["Ashton", "Birchley", "Cedarham", "Doeford"], "ignore"),
        ("spouse_first_name", ["Ann", "Bob", "Cem", "Dora"], "ignore"),
    ],
)
def test_other_languages_and_other_people(column, values, role, tmp_path):
    frame = pd.DataFrame({"key": ["1", "2", "3", "4"], column: values})
    assert roles_of(frame, tmp_path)[column] == role


def test_content_does_not_compete_with_a_name(tmp_path):
    days = [f"19{20 + n % 60}-0{n % 9 + 1}-1{n % 10}" for n in range(40)]
    frame = pd.DataFrame({"key": range(40), "date_of_birth": days, "first_seen": days[::-1]})
    roles = roles_of(frame, tmp_path)
    assert (roles["date_of_birth"], roles["first_seen"]) == ("birth_date", "ignore")
