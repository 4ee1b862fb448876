"""How things are said: what a sentence is about, what is listed, what is open and what is opened."""

from collections.abc import Callable

import pytest

from mcp_catalogue.model import Category, Classification

READ, WRITE, EXECUTE, DESTRUCTIVE = Category.READ, Category.WRITE, Category.EXECUTE, Category.DESTRUCTIVE


@pytest.mark.parametrize(
    ("category", "name", "description"),
    [
        (READ, "show_shelf", "Call with no arguments to see every shelf."),
        (READ, "glaze_state", "Get the state of a glaze. Accepts a number or an address."),
        (READ, "open_work_slips", "Work slips that are not closed yet."),
        (READ, "diff_batches", "Shows differences between batches or commits"),
        (WRITE, "kiln_memo", "Get the memo of a kiln or set the memo."),
        (WRITE, "glaze_ops", "All operations on glazes (add, rename, list)"),
        (DESTRUCTIVE, "shard_ops", "All operations on shards (add, list, delete)"),
        (WRITE, "take_out", "Remove one or more members from a guild"),
        (EXECUTE, "open_door_by_code", "Run one or more scripts"),
        (READ, "slip_360", "Visão de barro em um passo: dados de barro, forno e peso"),
        (READ, "pedido_resumo", "Pedidos de compra por forno"),
        (WRITE, "add_slip_note", "Adiciona uma nota ao pedido"),
        (WRITE, "mark_seen", "メッセージを既読にします"),
        (READ, "get_kiln_day", "오늘 가마 상태: 누적 온도·노출/클릭·잔액"),
        (READ, "get_kiln_report", '하루 보고서. 사용법: "가마 3 전환" / "어제 전환" 처럼 물을 때'),
        (EXECUTE, "backfill_week", "Backfill a week of readings"),
        (WRITE, "create_slip_note", "Add a note to an order"),
        (READ, "view_change_log_entry", "View one change of the log."),
        (READ, "shelf_changes", "What has changed on the shelf."),
        (READ, "orders_new", "Orders of today."),
        (READ, "next_firing", "The next firing of a kiln."),
        (EXECUTE, "next_song", "Go to the next song."),
        (WRITE, "make_sprint", "Create a sprint with optional start and finish dates"),
        (EXECUTE, "export_off", "Cancel a queued or running export job"),
        (WRITE, "order_situation", "Altera a situação do pedido"),
        (WRITE, "give_scorecard", "Report a scorecard grading how the kilns performed"),
        (DESTRUCTIVE, "take_first", "Remove and return the first of a line"),
        (READ, "delete_preview", "Preview what would be deleted"),
        (DESTRUCTIVE, "delete_preview", "Delete a preview deployment"),
        (WRITE, "soft_delete", "Mark a slip as deleted"),
        (EXECUTE, "simulate_click", "Simulate a click"),
        (DESTRUCTIVE, "instance_off", "释放实例"),
    ],
)
def test_phrasing(label: Callable[..., Classification], category: Category, name: str, description: str) -> None:
    assert label(name, description).primary is category
