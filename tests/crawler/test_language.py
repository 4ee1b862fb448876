import pytest

from crawler.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Returns all orders of a customer.", "en"),
        ("ping", "en"),
        ("查询股票的实时行情", "zh"),
        ("Redis の値を取得します", "ja"),
        ("서버 목록을 조회합니다", "ko"),
        ("Получает список файлов", "ru"),
        ("Obtiene la lista de los pedidos", "es"),
        ("Retorna uma lista com os pedidos do cliente", "pt"),
        ("Renvoie la liste des commandes pour un client", "fr"),
        ("Gibt die Liste der Aufträge zurück", "de"),
        ("Restituisce gli ordini di un cliente", "it"),
        ("Get 天气 for the city with the given name", "en"),
        ("żółć", None),
        ("", None),
        (None, None),
    ],
)
def test_language_by_script_and_small_words(text: str | None, language: str | None) -> None:
    assert language_of(text) == language
