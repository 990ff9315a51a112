from tracker.ui import board

board.draw()
