"""Descriptions in the languages that people write them in; the name says nothing."""

from collections.abc import Callable

import pytest

from mcp_catalogue.model import Classification

CASES = {
    "zh": [
        ("获取用户列表", "Read"), ("查询天气信息", "Read"), ("搜索商品", "Read"), ("计算两点之间的距离", "Read"),
        ("创建一个新项目", "Write"), ("更新用户资料", "Write"), ("发送邮件给客户", "Write"), ("上传文件", "Write"),
        ("删除指定的文件", "Destructive"), ("清空数据库", "Destructive"), ("取消订单", "Destructive"),
        ("撤单", "Destructive"), ("执行Shell命令", "Execute"), ("重启服务器", "Execute"), ("部署应用", "Execute"),
        ("买入股票", "Financial"), ("转账给指定账户", "Financial"), ("申请退款", "Financial"),
        ("获取已删除的文件", "Read"), ("生成一张图片", "Execute"), ("添加标签", "Write"), ("移除标签", "Write"),
    ],
    "ja": [
        ("ユーザーの一覧を取得します", "Read"), ("天気を検索する", "Read"), ("プロジェクトを作成します", "Write"),
        ("設定を更新する", "Write"), ("メールを送信します", "Write"), ("ファイルを削除する", "Destructive"),
        ("予約をキャンセルします", "Destructive"), ("コマンドを実行します", "Execute"), ("サーバーを再起動する", "Execute"),
        ("株式を購入します", "Financial"), ("画像を生成します", "Execute"),
    ],
    "ko": [
        ("사용자 목록을 조회합니다", "Read"), ("날씨를 검색합니다", "Read"), ("프로젝트를 생성합니다", "Write"),
        ("설정을 변경합니다", "Write"), ("메시지를 전송합니다", "Write"), ("파일을 삭제합니다", "Destructive"),
        ("예약을 취소합니다", "Destructive"), ("스크립트를 실행합니다", "Execute"), ("서버를 재시작합니다", "Execute"),
        ("주식을 매수합니다", "Financial"), ("이미지를 생성합니다", "Execute"),
    ],
    "es": [
        ("Obtiene la lista de usuarios", "Read"), ("Busca productos en la tienda", "Read"), ("Crea una tarea", "Write"),
        ("Actualiza el perfil", "Write"), ("Envía un correo electrónico", "Write"), ("Elimina un archivo", "Destructive"),
        ("Cancela una reserva", "Destructive"), ("Ejecuta un comando", "Execute"), ("Reinicia el servidor", "Execute"),
        ("Compra una acción", "Financial"), ("Transfiere dinero a otra cuenta", "Financial"),
    ],
    "pt": [
        ("Obtém a lista de usuários", "Read"), ("Pesquisa produtos", "Read"), ("Cria uma tarefa", "Write"),
        ("Atualiza o perfil", "Write"), ("Envia uma mensagem", "Write"), ("Exclui um arquivo", "Destructive"),
        ("Cancela uma reserva", "Destructive"), ("Executa um comando", "Execute"), ("Reinicia o servidor", "Execute"),
        ("Vende uma ação", "Financial"), ("Transfere dinheiro", "Financial"),
    ],
    "fr": [
        ("Récupère la liste des utilisateurs", "Read"), ("Recherche des produits", "Read"), ("Crée une tâche", "Write"),
        ("Modifie le profil", "Write"), ("Envoie un message", "Write"), ("Supprime un fichier", "Destructive"),
        ("Annule une réservation", "Destructive"), ("Exécute une commande", "Execute"), ("Redémarre le serveur", "Execute"),
        ("Achète une action", "Financial"), ("Transfère de l'argent", "Financial"),
    ],
    "de": [
        ("Listet alle Benutzer auf", "Read"), ("Sucht nach Produkten", "Read"), ("Erstellt eine Aufgabe", "Write"),
        ("Aktualisiert das Profil", "Write"), ("Sendet eine Nachricht", "Write"), ("Löscht eine Datei", "Destructive"),
        ("Storniert eine Buchung", "Destructive"), ("Eine Datei löschen", "Destructive"), ("Führt einen Befehl aus", "Execute"),
        ("Startet den Server", "Execute"), ("Kauft eine Aktie", "Financial"), ("Überweist Geld", "Financial"),
    ],
    "ru": [
        ("Получает список пользователей", "Read"), ("Ищет товары", "Read"), ("Создаёт задачу", "Write"),
        ("Обновляет профиль", "Write"), ("Отправляет сообщение", "Write"), ("Удаляет файл", "Destructive"),
        ("Отменяет бронирование", "Destructive"), ("Выполняет команду", "Execute"), ("Перезапускает сервер", "Execute"),
        ("Покупает акции", "Financial"), ("Поиск документов", "Read"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("language", "text", "category"), [(k, t, c) for k, v in CASES.items() for t, c in v])
def test_main_clause(language: str, text: str, category: str, label: Callable[..., Classification]) -> None:
    found = label("f1", text)
    assert found.primary == category, (language, found.decided_by.rules, found.rationale)
    assert all(e.quote in (text, "f1") or e.quote in text for e in found.evidence)
