"""The classic 工单 form (board 12): its content, its rows, and the files that are made of them."""
